// No thread holds both on the way up; the count may lag behind the rows.
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
  return row.live;
}

void expire() {
  {
    std::lock_guard lower(row.mutex);
    row.live = false;
  }
  std::lock_guard upper(table);
  --rows;
}

int main() {
  std::thread cleaner(expire);
  find();
  cleaner.join();
  assert(rows == 0);
}
