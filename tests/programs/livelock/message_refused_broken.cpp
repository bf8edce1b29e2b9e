// expect: fail kind=livelock
// tags: spin
// A message that each sends back to the other unless it comes a second time from itself; only a thread that starts with
// a switched on service takes it.
#include <atomic>
#include <thread>

enum { kNobody = 0 };
std::atomic<int> box{1};  // whose message it is to handle: 1 or 2; 0 done
std::atomic<bool> busy[3];

void serve(int me) {
  busy[me] = true;
  for (;;) {
    int to = box;
    if (to == kNobody) return;
    if (to != me) continue;
    if (busy[3 - me]) {
      box = 3 - me;  // you do it
      continue;
    }
    box = kNobody;
    return;
  }
}

int main() {
  std::thread a(serve, 1), b(serve, 2);
  a.join();
  b.join();
}
