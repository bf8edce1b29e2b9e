// No handler on this thread's stack: std::terminate, whatever main would have caught.
#include <stdexcept>
#include <thread>

void work() { throw std::runtime_error("no such file"); }

int main() {
  try {
    std::thread worker(work);
    worker.join();
  } catch (const std::exception&) {
    // never: exceptions do not cross threads by themselves
  }
}
