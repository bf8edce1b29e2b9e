// One operation, two that may finish it: the reply and the timer. Look and mark have to be one step.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<bool> done{false};
std::atomic<int> resumed{0};

void finish() {
  if (!done) {
    done = true;
    ++resumed;  // handle.resume()
  }
}

int main() {
  std::thread timer(finish);
  finish();  // the reply
  timer.join();
  assert(resumed == 1 && "a coroutine is resumed once for each suspension");
}
