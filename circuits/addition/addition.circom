pragma circom 2.1.6;

include "sum.circom";

component main = Sum();
