use contract_tests::{Api, Emulator, Part, Received};
use serde_json::json;

/// A vacancy that is open for two months, and one that is closed.
const OPEN: i64 = 3107;
const CLOSED: i64 = 3098;

const FILE_BYTES_MAX: usize = 5 * 1024 * 1024;

fn file(name: &str, size: usize) -> Vec<Part> {
    vec![Part::file("files", name, vec![b'x'; size])]
}

async fn upload(api: &Api, job: i64, solicit: i64, form: Vec<Part>) -> Received {
    api.call("uploadJobSolicitFiles")
        .with("jobId", job)
        .with("solicitId", solicit)
        .form(form)
        .send()
        .await
}

/// Applies for a vacancy, and returns the id that the answer tells.
async fn apply(api: &Api, job: i64) -> i64 {
    let answer = api.call("createJobSolicit").with("jobId", job).send().await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    let place = answer.headers["location"].to_str().unwrap();
    let id = place
        .strip_prefix(&format!("/v3/jobs/{job}/solicit/"))
        .unwrap()
        .strip_suffix("/files")
        .unwrap();
    id.parse().unwrap()
}

#[tokio::test]
async fn everybody_sees_the_vacancies() {
    let emulator = Emulator::start();
    let anonymous = emulator.api().anonymous();
    let jobs = anonymous.call("getJobs").ok().await;
    assert_eq!(jobs, emulator.api().call("getJobs").ok().await);
    assert_eq!(jobs.as_array().unwrap().len(), 3);
    for job in jobs.as_array().unwrap() {
        assert_eq!(anonymous.call("getJob").with("jobId", &job["id"]).ok().await, json!([job]));
    }
    anonymous.call("getJob").with("jobId", 1).refused(404, 10001).await;
}

#[tokio::test]
async fn an_application_gets_its_files() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let id = apply(&api, OPEN).await;
    assert_ne!(apply(&api, OPEN).await, id);
    let comment = vec![Part::text("comment", "I am no file.")];
    let form = [file("cv.pdf", 1000), file("letter.pdf", FILE_BYTES_MAX), comment];
    assert_eq!(upload(&api, OPEN, id, form.concat()).await.status, 200);
    let rows = api.raw("GET", "/_mock/state?table=job_solicit", None).await.text();
    assert!(rows.contains("letter.pdf"), "{rows}");
}

#[tokio::test]
async fn one_can_apply_until_the_intake_date() {
    let emulator = Emulator::start();
    let api = emulator.api().anonymous();
    api.call("createJobSolicit").with("jobId", CLOSED).refused(400, 10008).await;
    api.call("createJobSolicit").with("jobId", 1).refused(400, 10008).await;
    api.advance(60 * 24 * 60 * 60).await;
    api.call("createJobSolicit").with("jobId", OPEN).ok().await;
    api.advance(1).await;
    api.call("createJobSolicit").with("jobId", OPEN).refused(400, 10008).await;
}

#[tokio::test]
async fn files_have_limits() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let id = apply(&api, OPEN).await;
    let code = |answer: &Received| (answer.status, answer.json()["errorCode"].as_i64().unwrap());
    let nothing = upload(&api, OPEN, id, vec![Part::text("files", "A text.")]).await;
    assert_eq!(code(&nothing), (400, 11002));
    assert_eq!(code(&upload(&api, OPEN, id, file("cv.pdf", 0)).await), (400, 11002));
    let large = [file("cv.pdf", 1), file("film.mp4", FILE_BYTES_MAX + 1)];
    assert_eq!(code(&upload(&api, OPEN, id, large.concat()).await), (413, 10000));

    let ten = (0..10).flat_map(|n| file(&format!("{n}.png"), 1)).collect();
    assert_eq!(upload(&api, OPEN, id, ten).await.status, 200, "what was refused left nothing");
    assert_eq!(code(&upload(&api, OPEN, id, file("cv.pdf", 1)).await), (400, 10008));
}

#[tokio::test]
async fn files_go_to_an_application_of_ones_own() {
    let emulator = Emulator::start();
    let (api, other) = (emulator.api(), emulator.other_customer());
    let id = apply(&api, OPEN).await;
    for (api, job, solicit) in [(&other, OPEN, id), (&api, CLOSED, id), (&api, OPEN, 42)] {
        assert_eq!(upload(api, job, solicit, file("cv.pdf", 1)).await.status, 404);
    }
    let stranger = api.anonymous().call("createJobSolicit").with("jobId", OPEN).send().await;
    assert!(!stranger.headers.contains_key("location"));
    assert_eq!(upload(&api, OPEN, id + 1, file("cv.pdf", 1)).await.status, 404, "it is nobody's");
    let answer = upload(&api.anonymous(), OPEN, id, file("cv.pdf", 1)).await.json();
    assert_eq!(answer["errorCode"], 10004);
}
