// The process: exit in all its forms, abort, assertions, terminate; and calls that cannot be explored.
#pragma once

#include "program/thread.h"

namespace lockstep::runtime::process {

/// The program does something that a snapshot cannot undo (opens a file, maps memory): from now on each execution
/// runs in a fork. Does not return if that is new.
void needs_fork(Thread& t);

}  // namespace lockstep::runtime::process
