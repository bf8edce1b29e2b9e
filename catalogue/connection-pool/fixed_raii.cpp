// The permit is an object: every way out of the scope gives it back.
#include <semaphore.h>

#include <cassert>
#include <stdexcept>
#include <thread>

class Semaphore {
 public:
  explicit Semaphore(unsigned permits) { sem_init(&semaphore_, 0, permits); }
  ~Semaphore() { sem_destroy(&semaphore_); }
  void acquire() { sem_wait(&semaphore_); }
  bool try_acquire() { return sem_trywait(&semaphore_) == 0; }
  void release() { sem_post(&semaphore_); }

 private:
  sem_t semaphore_;
};

Semaphore connections{1};

class Permit {
 public:
  Permit() { connections.acquire(); }
  ~Permit() { connections.release(); }
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;
};

void query(bool valid) {
  const Permit permit;
  if (!valid) throw std::invalid_argument("syntax error");
}

void request(bool valid) {
  try {
    query(valid);
  } catch (const std::invalid_argument&) {
  }
}

int main() {
  std::thread bad(request, false), good(request, true);
  bad.join();
  good.join();
  assert(connections.try_acquire() && "the connection is back in the pool");
}
