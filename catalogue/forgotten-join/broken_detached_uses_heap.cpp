// Nobody waits for the logger: its buffer is freed while it writes into it.
#include <memory>
#include <thread>

void fill(int* buffer) { *buffer = 1; }

int main() {
  auto buffer = std::make_unique<int>(0);
  std::thread logger(fill, buffer.get());
  logger.detach();
}
