// Signals that mean a crash of the program, and the page faults of the snapshot.
#pragma once

namespace lockstep::runtime::signals {

void install();
void remove();

}  // namespace lockstep::runtime::signals
