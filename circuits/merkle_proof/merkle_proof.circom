pragma circom 2.1.6;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/poseidon.circom";

// Knowledge of a leaf, its index and its path in a Poseidon tree of the given depth with a public root.
//
// The depth is fixed, so an inner node can never be passed for a leaf. The bits of the index choose the sides. A leaf is
// not 0: that is what an empty place holds, and nothing is no member.
template MerkleProof(depth) {
    signal input leaf;
    signal input index;
    signal input siblings[depth];
    signal output root;

    signal inverse;
    inverse <-- leaf != 0 ? 1 / leaf : 0;
    leaf * inverse === 1;

    component indexBits = Num2Bits(depth);
    indexBits.in <== index;

    signal node[depth + 1];
    signal left[depth];
    component hash[depth];
    node[0] <== leaf;
    for (var level = 0; level < depth; level++) {
        left[level] <== node[level] + indexBits.out[level] * (siblings[level] - node[level]);
        hash[level] = Poseidon(2);
        hash[level].inputs[0] <== left[level];
        hash[level].inputs[1] <== node[level] + siblings[level] - left[level];
        node[level + 1] <== hash[level].out;
    }
    root <== node[depth];
}

component main = MerkleProof(20);
