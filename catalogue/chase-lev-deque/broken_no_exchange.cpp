// One task is left; owner and thief both see it. Somebody has to win it.
#include <atomic>
#include <cassert>
#include <thread>

std::atomic<int> top{0}, bottom{1};
std::atomic<int> runs[1];

void run(int task) { assert(runs[task].fetch_add(1) == 0 && "a task runs once"); }

void take() {
  const int b = bottom - 1;
  bottom = b;
  if (top <= b) {
    bottom = b + 1;
    top = b + 1;
    run(b);
  } else {
    bottom = b + 1;
  }
}

void steal() {
  int t = top;
  if (t < bottom && top.compare_exchange_strong(t, t + 1)) run(t);
}

int main() {
  std::thread thief(steal);
  take();
  thief.join();
}
