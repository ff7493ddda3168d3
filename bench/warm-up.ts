/** Proofs of a circuit before its figures count: of the first 20 the coordinator asks two verifiers, of later ones seldom. */
export const NODE_WARM_UP = 22;
