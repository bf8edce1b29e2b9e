// expect: pass
// options: --time 2s --depth 4000
// tags: spin
// A producer and a consumer that serve for ever: whoever waits is served.
#include <condition_variable>
#include <mutex>
#include <thread>
std::mutex m;
std::condition_variable cv;
int buf[4], head, tail, n;
void prod() {
  for (;;) {
    std::unique_lock l(m);
    cv.wait(l, [] { return n < 4; });
    buf[tail] = 1;
    tail = (tail + 1) % 4;
    ++n;
    cv.notify_all();
  }
}
void cons() {
  for (;;) {
    std::unique_lock l(m);
    cv.wait(l, [] { return n > 0; });
    head = (head + 1) % 4;
    --n;
    cv.notify_all();
  }
}
int main() {
  std::thread a(prod), b(cons);
  a.join();
  b.join();
}
