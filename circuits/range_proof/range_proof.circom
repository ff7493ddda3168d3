pragma circom 2.1.6;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/poseidon.circom";

// Knowledge of a value with min <= value <= max behind a public commitment Poseidon(value, salt).
//
// All four range checks are needed: min and max below 2^64 keep value - min and max - value from wrapping around the
// prime, and each difference below 2^64 is then a difference of integers.
template RangeProof() {
    signal input value;
    signal input salt;
    signal input min;
    signal input max;
    signal output commitment;

    component minBits = Num2Bits(64);
    minBits.in <== min;
    component maxBits = Num2Bits(64);
    maxBits.in <== max;
    component aboveMin = Num2Bits(64);
    aboveMin.in <== value - min;
    component belowMax = Num2Bits(64);
    belowMax.in <== max - value;

    component hash = Poseidon(2);
    hash.inputs[0] <== value;
    hash.inputs[1] <== salt;
    commitment <== hash.out;
}

component main {public [min, max]} = RangeProof();
