import type { PanelProps } from "../commands.ts";
import { Counters } from "../counters/counters.tsx";
import { Lanes } from "../lanes/lanes.tsx";
import { Receipts } from "../receipts/receipts.tsx";

/** What the node does now and what it has done. */
export const Home = ({ commands }: PanelProps) => (
  <div className="home">
    <Counters />
    <Lanes />
    <Receipts verify={commands.verifyReceipt} />
  </div>
);
