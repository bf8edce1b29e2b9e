// Executions of small programs, recorded by hand: one function for each.
#pragma once

namespace lockstep::test {

void record_abba();
void record_self_deadlock();
void record_lost_wakeup();
void record_lost_update_atomic();
void record_lost_update_locked();
void record_check_then_act();
void record_racing_update();
void record_stale_flag();
void record_message_passing_race();
void record_heap_names();
void record_back_off_livelock();
void record_writer_starvation();
void record_unknown_values();

}  // namespace lockstep::test
