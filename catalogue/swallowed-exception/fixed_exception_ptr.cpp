// Carried across the join by hand; the join orders the write and the read of it.
#include <cassert>
#include <exception>
#include <stdexcept>
#include <thread>

void load() { throw std::runtime_error("no such file"); }

int main() {
  std::exception_ptr error;
  std::thread worker([&] {
    try {
      load();
    } catch (...) {
      error = std::current_exception();
    }
  });
  worker.join();
  bool failed = false;
  try {
    if (error) std::rethrow_exception(error);
  } catch (const std::runtime_error&) {
    failed = true;
  }
  assert(failed && "whoever joins is told");
}
