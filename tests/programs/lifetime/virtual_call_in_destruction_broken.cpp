// expect: fail kind=data-race
// flags: -O0
// compilers: gcc clang
// The base class joins the thread: the derived part is destroyed (and the vptr rewritten) while the thread calls it.
#include <thread>

struct Worker {
  std::thread thread;
  void start() {
    thread = std::thread([this] { run(); });
  }
  virtual void run() {}
  virtual ~Worker() { thread.join(); }
};

struct Derived : Worker {
  int value = 0;
  void run() override { value = 1; }
};

int main() {
  Derived d;
  d.start();
}
