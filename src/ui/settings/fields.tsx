import { type ReactNode } from "react";
import type { EffectiveSettings, Settings, SettingsProblem } from "../../store/view.ts";
import { curves } from "../../domain/circuit.ts";
import { engineChoices } from "../../domain/engine.ts";
import { logLevels, problemOf } from "./form.ts";
import { useSay } from "../say.ts";
import { curveWords, engineWords, fieldWords, settingsWords, sourceWords } from "./words.ts";

/** What each field needs to draw itself. */
export type FieldProps = {
  readonly settings: EffectiveSettings;
  readonly problems: readonly SettingsProblem[];
};

type NamedProps = FieldProps & { readonly name: keyof Settings };
type FrameProps = NamedProps & { readonly children: ReactNode };

const noteId = (name: keyof Settings): string => `${name}-note`;

/** Rule, source and problem of a field, under it; the field points here by aria-describedby. */
const Note = ({ name, settings, problems }: NamedProps) => {
  const say = useSay();
  const problem = problemOf(problems, name);
  return (
    <p className="field-note" id={noteId(name)}>
      {problem === undefined ? (
        say(fieldWords[name].rule)
      ) : (
        <span className="bad">{say(settingsWords.problem(problem.rule, problem.value))}</span>
      )}{" "}
      <span className="field-source">{say(sourceWords[settings.sources[name]])}</span>
    </p>
  );
};

const Frame = ({ children, ...named }: FrameProps) => {
  const say = useSay();
  return (
    <div className="field">
      <label htmlFor={named.name}>{say(fieldWords[named.name].label)}</label>
      {children}
      <Note {...named} />
    </div>
  );
};
const described = ({ name, problems }: NamedProps) => ({
  id: name,
  name,
  "aria-describedby": noteId(name),
  "aria-invalid": problemOf(problems, name) !== undefined,
});

export const TextField = (props: NamedProps) => (
  <Frame {...props}>
    <input
      type="text"
      autoComplete="off"
      spellCheck={false}
      defaultValue={String(props.settings.values[props.name])}
      {...described(props)}
    />
  </Frame>
);

type NumberProps = NamedProps & {
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number | "any";
};

export const NumberField = (props: NumberProps) => (
  <Frame {...props}>
    <input
      type="number"
      inputMode="decimal"
      min={props.min}
      max={props.max}
      step={props.step}
      defaultValue={props.value}
      {...described(props)}
    />
  </Frame>
);

export const CurvesField = (props: FieldProps) => {
  const say = useSay();
  return (
    <fieldset className="field" aria-describedby={noteId("curves")}>
      <legend>{say(fieldWords.curves.label)}</legend>
      {curves.map((curve) => (
        <label key={curve} className="choice">
          <input
            type="checkbox"
            name="curves"
            value={curve}
            defaultChecked={props.settings.values.curves.includes(curve)}
          />
          {say(curveWords[curve])}
        </label>
      ))}
      <Note name="curves" {...props} />
    </fieldset>
  );
};
export const SwitchField = (props: NamedProps & { readonly checked: boolean }) => {
  const say = useSay();
  return (
    <div className="field">
      <label className="choice">
        <input type="checkbox" defaultChecked={props.checked} {...described(props)} />
        {say(fieldWords[props.name].label)}
      </label>
      <Note {...props} />
    </div>
  );
};
type ChoiceProps = NamedProps & {
  readonly value: string;
  /** Values, and how they are called. */
  readonly choices: readonly (readonly [value: string, label: string])[];
};

const ChoiceField = (props: ChoiceProps) => (
  <Frame {...props}>
    <select defaultValue={props.value} {...described(props)}>
      {props.choices.map(([value, label]) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  </Frame>
);

export const LevelField = (props: FieldProps) => (
  <ChoiceField
    name="logLevel"
    value={props.settings.values.logLevel}
    choices={logLevels.map((level) => [level, level])}
    {...props}
  />
);

export const EngineField = (props: FieldProps) => {
  const say = useSay();
  return (
    <ChoiceField
      name="engine"
      value={props.settings.values.engine}
      choices={engineChoices.map((choice) => [choice, say(engineWords[choice])])}
      {...props}
    />
  );
};
