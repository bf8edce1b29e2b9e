// All three go upwards.
#include <mutex>
#include <thread>

std::mutex tables, log_file, disk;  // levels 1, 2, 3

void use(std::mutex& first, std::mutex& second) {
  const std::lock_guard lock_first(first);
  const std::lock_guard lock_second(second);
}

int main() {
  std::thread parser([] { use(tables, log_file); });
  std::thread logger([] { use(log_file, disk); });
  std::thread cleaner([] { use(tables, disk); });
  parser.join();
  logger.join();
  cleaner.join();
}
