// expect: fail kind=data-race
// flags: -O2
// The base constructor starts the thread before the derived object is complete.
#include <thread>

struct Worker {
  std::thread thread;
  Worker() : thread([this] { run(); }) {}
  virtual void run() {}
  virtual ~Worker() = default;
};

struct Derived : Worker {
  int value = 0;
  void run() override { ++value; }
  ~Derived() override { thread.join(); }
};

int main() { Derived d; }
