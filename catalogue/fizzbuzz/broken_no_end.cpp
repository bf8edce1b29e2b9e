// The loop looks at the end, the predicate does not: who sleeps there when it comes sleeps on.
#include <condition_variable>
#include <mutex>
#include <thread>

constexpr int kLast = 4;
std::mutex mutex;
std::condition_variable changed;
int current = 1;

bool over() {
  std::lock_guard lock(mutex);
  return current > kLast;
}

template <class Mine>
void count(Mine mine) {
  while (!over()) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return mine(current); });
    ++current;
    changed.notify_all();
  }
}

int main() {
  std::thread fizz([] { count([](int n) { return n % 3 == 0; }); });
  count([](int n) { return n % 3 != 0; });
  fizz.join();
}
