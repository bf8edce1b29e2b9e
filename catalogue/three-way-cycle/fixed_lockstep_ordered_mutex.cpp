// The levels are types: `use(disk, tables)` does not compile.
#include <lockstep/sync/ordered_mutex.h>

#include <thread>

using lockstep::sync::ordered_lock;
using lockstep::sync::ordered_mutex;

ordered_mutex<1> tables;
ordered_mutex<2> log_file;
ordered_mutex<3> disk;

template <int Lower, int Upper>
void use(ordered_mutex<Lower>& first, ordered_mutex<Upper>& second) {
  ordered_lock lock_first(first);
  ordered_lock lock_second(second, lock_first);
}

int main() {
  std::thread parser([] { use(tables, log_file); });
  std::thread logger([] { use(log_file, disk); });
  use(tables, disk);  // the cleaner
  parser.join();
  logger.join();
}
