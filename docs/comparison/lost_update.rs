use loom::sync::{Arc, Mutex};
use loom::thread;

fn increment(counter: &Mutex<i32>) {
    let seen = *counter.lock().unwrap();
    *counter.lock().unwrap() = seen + 1;
}

#[test]
fn lost_update() {
    loom::model(|| {
        let counter = Arc::new(Mutex::new(0));
        let others = counter.clone();
        let other = thread::spawn(move || increment(&others));
        increment(&counter);
        other.join().unwrap();
        assert_eq!(2, *counter.lock().unwrap());
    });
}
