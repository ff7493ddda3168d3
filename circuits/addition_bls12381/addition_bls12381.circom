pragma circom 2.1.6;

include "../addition/sum.circom";

component main = Sum();
