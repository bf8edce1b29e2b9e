// Signals that mean a crash of the program, and the page faults of the snapshot.
#pragma once

namespace lockstep::check::signals {

void install();
void remove();

}  // namespace lockstep::check::signals
