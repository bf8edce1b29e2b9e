// A pool of one connection; a query that fails takes the permit with it.
#include <semaphore>
#include <stdexcept>
#include <thread>

std::counting_semaphore<1> connections{1};

void query(bool valid) {
  connections.acquire();
  if (!valid) throw std::invalid_argument("syntax error");
  connections.release();  // not reached by the exception
}

void request(bool valid) {
  try {
    query(valid);
  } catch (const std::invalid_argument&) {  // reported to the client; the permit is forgotten
  }
}

int main() {
  std::thread bad(request, false), good(request, true);
  bad.join();
  good.join();
}
