// Writers lock, the reader "only reads": its iterators race with the reallocation.
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

std::mutex mutex;
std::vector<int> readings;

void add(int value) {
  std::lock_guard lock(mutex);
  readings.push_back(value);
}

int main() {
  add(1);
  std::thread sensor(add, 2);
  int sum = 0;
  for (int value : readings) sum += value;
  assert(sum == 1 || sum == 3);
  sensor.join();
}
