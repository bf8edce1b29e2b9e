// expect: fail kind=livelock|starvation
// tags: spin
// Two polite threads give way to each other for ever.
#include <atomic>
#include <thread>

int main() {
  std::atomic<bool> wants[2] = {false, false};
  int inside = 0;
  auto polite = [&](int me) {
    for (;;) {
      wants[me] = true;
      if (!wants[1 - me]) break;
      wants[me] = false;
    }
    ++inside;
    wants[me] = false;
  };
  std::thread a(polite, 0), b(polite, 1);
  a.join();
  b.join();
}
