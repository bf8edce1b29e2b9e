// expect: fail kind=deadlock
// main joins the worker while it holds the mutex that the worker needs.
#include <mutex>
#include <thread>

std::mutex m;
int value;

int main() {
  std::thread worker([] {
    std::lock_guard lock(m);
    ++value;
  });
  std::lock_guard lock(m);
  worker.join();
}
