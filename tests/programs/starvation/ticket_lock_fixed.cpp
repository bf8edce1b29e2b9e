// expect: pass
// options: --time 2s --depth 4000
// tags: spin
// Served in the order of tickets: nobody can be overtaken. The tickets are of one byte, so that the states repeat.
#include <atomic>
#include <thread>

std::atomic<unsigned char> next{0}, serving{0};

void work() {
  for (;;) {
    unsigned char mine = next.fetch_add(1);
    while (serving != mine) std::this_thread::yield();
    serving.fetch_add(1);
  }
}

int main() {
  std::thread a(work), b(work);
  a.join();
  b.join();
}
