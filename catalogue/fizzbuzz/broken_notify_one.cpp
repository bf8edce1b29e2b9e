// The number's thread counts on to 3 and wakes one sleeper: perhaps buzz, which sleeps on.
#include <condition_variable>
#include <mutex>
#include <thread>

constexpr int kLast = 5;
std::mutex mutex;
std::condition_variable changed;
int current = 1;

template <class Mine>
void count(Mine mine) {
  for (;;) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return current > kLast || mine(current); });
    if (current > kLast) return;
    ++current;
    changed.notify_one();
  }
}

int main() {
  std::thread fizz([] { count([](int n) { return n % 3 == 0; }); });
  std::thread buzz([] { count([](int n) { return n % 5 == 0; }); });
  count([](int n) { return n % 3 != 0 && n % 5 != 0; });
  fizz.join();
  buzz.join();
}
