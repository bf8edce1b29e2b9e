// The level is part of the type: the other way round does not compile, or aborts the first time it is run.
#include <lockstep/sync/ordered_mutex.h>

#include <cassert>
#include <thread>

using lockstep::sync::ordered_lock;
using lockstep::sync::ordered_mutex;

struct Row {
  ordered_mutex<20> mutex;
  bool live = true;
};

ordered_mutex<10> table;
int rows = 1;
Row row;

bool find() {
  ordered_lock upper(table);
  ordered_lock lower(row.mutex, upper);  // ordered_lock upper(table, lower) would be an error
  return row.live == (rows == 1);
}

void expire() {
  ordered_lock upper(table);
  ordered_lock lower(row.mutex, upper);
  row.live = false;
  --rows;
}

int main() {
  std::thread cleaner(expire);
  assert(find() && "row and count fit together");
  cleaner.join();
}
