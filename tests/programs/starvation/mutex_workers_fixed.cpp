// expect: pass
// options: --time 2s --depth 4000
// Workers that serve for ever under one mutex: all of them are served, by design without end.
#include <mutex>
#include <thread>

std::mutex m;
bool flag = false;

void work() {
  for (;;) {
    std::lock_guard lock(m);
    flag = !flag;
  }
}

int main() {
  std::thread a(work), b(work), c(work);
  a.join();
  b.join();
  c.join();
}
