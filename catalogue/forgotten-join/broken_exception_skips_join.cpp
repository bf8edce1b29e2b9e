// There is a join, and an exception on the way to it: the destructor finds a joinable thread, and terminates.
#include <stdexcept>
#include <thread>

void work() {}

void prepare() { throw std::runtime_error("bad request"); }

void serve() {
  std::thread worker(work);
  prepare();
  worker.join();
}

int main() {
  try {
    serve();
  } catch (const std::exception&) {
  }
}
