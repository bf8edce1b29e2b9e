// expect: pass
// tags: spin
// The back-off loop gives up after some attempts and then locks in one order: it may go round, but not for ever.
#include <mutex>
#include <thread>

std::mutex a, b;

void move(std::mutex& first, std::mutex& second) {
  for (int attempt = 0; attempt < 5; ++attempt) {
    first.lock();
    if (second.try_lock()) {
      second.unlock();
      first.unlock();
      return;
    }
    first.unlock();
  }
  std::scoped_lock both(a, b);
}

int main() {
  std::thread x(move, std::ref(a), std::ref(b)), y(move, std::ref(b), std::ref(a));
  x.join();
  y.join();
}
