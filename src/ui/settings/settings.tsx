import { useRef, useState, type SubmitEvent } from "react";
import { useView, type EffectiveSettings, type SettingsProblem } from "../../store/view.ts";
import type { Commands, PanelProps } from "../commands.ts";
import { announce } from "../live-region.tsx";
import { messageOf } from "../message-of.ts";
import {
  CurvesField,
  EngineField,
  LevelField,
  NumberField,
  SwitchField,
  TextField,
} from "./fields.tsx";
import { changesOf, fieldOfProblem, readForm } from "./form.ts";
import { useSay, type Text } from "../say.ts";
import { settingsWords as words } from "./words.ts";

/** The node's settings, each with its rule and where its value comes from. */
export const SettingsPanel = ({ commands }: PanelProps) => {
  const say = useSay();
  const settings = useView((state) => state.settings);
  return (
    <section className="panel" aria-labelledby="settings-title">
      <h2 id="settings-title" className="panel-title">
        {say(words.title)}
      </h2>
      <p className="section-about">{say(words.about)}</p>
      {settings === null ? (
        <p>{say(words.loading)}</p>
      ) : (
        <SettingsForm settings={settings} configure={commands.configure} />
      )}
    </section>
  );
};

type FormProps = {
  readonly settings: EffectiveSettings;
  readonly configure: Commands["configure"];
};

type Saving =
  | { readonly name: "editing" }
  | { readonly name: "saving" }
  | { readonly name: "said"; readonly words: Text }
  | { readonly name: "refused"; readonly problems: readonly SettingsProblem[] };

const SettingsForm = ({ settings, configure }: FormProps) => {
  const say = useSay();
  const form = useRef<HTMLFormElement>(null);
  const [saving, setSaving] = useState<Saving>({ name: "editing" });
  const finish = (next: Saving): void => {
    setSaving(next);
    announce(say(savingWords(next)));
    if (next.name === "refused") focusFirst(form.current, next.problems);
  };
  const submit = async (texts: FormData): Promise<void> => {
    const changes = changesOf(settings.values, readForm(texts));
    setSaving({ name: "saving" });
    finish(await save(configure, changes));
  };
  const problems = saving.name === "refused" ? saving.problems : settings.problems;
  return (
    <form
      ref={form}
      className="settings"
      noValidate
      onSubmit={(event: SubmitEvent<HTMLFormElement>) => {
        event.preventDefault();
        void submit(new FormData(event.currentTarget));
      }}
    >
      {/* Other values than those on screen: the fields begin anew with them. */}
      <Fields key={JSON.stringify(settings.values)} settings={settings} problems={problems} />
      <div className="settings-save">
        <button type="submit" className="button primary" disabled={saving.name === "saving"}>
          {saving.name === "saving" ? say(words.saving) : say(words.save)}
        </button>
        <span className={saving.name === "refused" ? "bad" : "good"}>
          {say(savingWords(saving))}
        </span>
      </div>
    </form>
  );
};

const save = async (
  configure: Commands["configure"],
  changes: Parameters<Commands["configure"]>[0],
): Promise<Saving> => {
  if (Object.keys(changes).length === 0) return { name: "said", words: words.unchanged };
  try {
    const outcome = await configure(changes);
    if (!outcome.saved) return { name: "refused", problems: outcome.problems };
    return { name: "said", words: outcome.needsRestart ? words.savedRestart : words.saved };
  } catch (reason) {
    return { name: "said", words: messageOf(reason) };
  }
};

const savingWords = (saving: Saving): Text => {
  switch (saving.name) {
    case "editing":
    case "saving":
      return "";
    case "said":
      return saving.words;
    case "refused":
      return words.refused(saving.problems.length);
  }
};

const focusFirst = (form: HTMLFormElement | null, problems: readonly SettingsProblem[]): void => {
  const [first] = problems;
  const name = first === undefined ? undefined : fieldOfProblem(first);
  const field = name === undefined ? null : form?.querySelector(`[name="${name}"]`);
  if (field instanceof HTMLElement) field.focus();
};

type FieldsProps = {
  readonly settings: EffectiveSettings;
  readonly problems: readonly SettingsProblem[];
};

const Fields = (props: FieldsProps) => {
  const say = useSay();
  const { values } = props.settings;
  const cores = useView((state) => state.cores);
  const seconds = { step: "any", min: 1, max: 60, ...props } as const;
  return (
    <>
      <fieldset className="group">
        <legend>{say(words.groups.work)}</legend>
        <NumberField
          name="concurrency"
          value={values.concurrency}
          min={1}
          max={2 * cores}
          step={1}
          {...props}
        />
        <CurvesField {...props} />
        <EngineField {...props} />
      </fieldset>
      <fieldset className="group">
        <legend>{say(words.groups.connection)}</legend>
        <TextField name="coordinatorAddress" {...props} />
        <TextField name="id" {...props} />
        <NumberField
          name="heartbeatIntervalMs"
          value={values.heartbeatIntervalMs / 1000}
          {...seconds}
        />
        <NumberField
          name="keepaliveTimeMs"
          value={values.keepaliveTimeMs / 1000}
          {...seconds}
          max={300}
        />
        <NumberField
          name="keepaliveTimeoutMs"
          value={values.keepaliveTimeoutMs / 1000}
          {...seconds}
        />
      </fieldset>
      <fieldset className="group">
        <legend>{say(words.groups.trust)}</legend>
        <SwitchField name="allowUnsigned" checked={values.allowUnsigned} {...props} />
        <LevelField {...props} />
      </fieldset>
    </>
  );
};
