// parse throws, unlock is skipped, the next caller waits for a thread that has ended.
#include <mutex>
#include <stdexcept>
#include <thread>

std::mutex mutex;
int total = 0;

int parse(bool good) {
  if (!good) throw std::invalid_argument("not a number");
  return 1;
}

void add(bool good) {
  mutex.lock();
  total += parse(good);
  mutex.unlock();
}

int main() {
  std::thread worker([] {
    try {
      add(false);
    } catch (const std::invalid_argument&) {
    }
  });
  worker.join();
  add(true);
}
