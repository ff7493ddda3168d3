pragma circom 2.1.6;

include "circomlib/circuits/bitify.circom";

// Knowledge of two 64-bit numbers whose sum, as integers, is public.
//
// The range is what makes it a statement: in the field alone any sum has a pair of every shape, and a + b could wrap
// around the prime. Both inputs are bound by the booleanity of their 64 bits.
template Sum() {
    signal input a;
    signal input b;
    signal output sum;

    component aBits = Num2Bits(64);
    aBits.in <== a;
    component bBits = Num2Bits(64);
    bBits.in <== b;

    sum <== a + b;
}
