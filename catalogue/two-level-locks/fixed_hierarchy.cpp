// Both go down.
#include <cassert>
#include <mutex>
#include <thread>

struct Row {
  std::mutex mutex;
  bool live = true;
};

std::mutex table;
int rows = 1;
Row row;

bool find() {
  std::lock_guard upper(table);
  std::lock_guard lower(row.mutex);
  return row.live == (rows == 1);
}

void expire() {
  std::lock_guard upper(table);
  std::lock_guard lower(row.mutex);
  row.live = false;
  --rows;
}

int main() {
  std::thread cleaner(expire);
  assert(find() && "row and count fit together");
  cleaner.join();
}
