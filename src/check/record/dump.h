// Each explored execution as a line of text, for comparing searches with each other and with other tools.
//
// Tokens in byte order, one blank between. T.I is the I-th atomic access, or operation on a mutex, of thread T
// (numbered in order of creation; fences and the like do not count). `1.0<2.3`: reads from; `1.0<i`: from the initial
// value. `co:…`: the stores of one location in modification order without the initial one. `ob:…`: the operations on an
// object in their order.
#pragma once

namespace lockstep::runtime::dump {

/// Writes the execution that the optimal explorer has just completed.
void execution(int fd);

}  // namespace lockstep::runtime::dump
