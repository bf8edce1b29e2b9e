// expect: fail kind=lock-misuse
// The object is deleted, mutex and all, while its own method still holds the lock.
#include <mutex>
#include <thread>

struct Session {
  pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
  ~Session() { pthread_mutex_destroy(&m); }
};

int main() {
  std::thread t([] {
    auto* session = new Session;
    pthread_mutex_lock(&session->m);
    delete session;
  });
  t.join();
}
