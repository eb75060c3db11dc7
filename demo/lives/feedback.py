"""Feedback (phản ánh, kiến nghị): received, refused or asked to be added to, answered, published; a stream of its own."""

from hashlib import sha256
from typing import get_args

from demo.lives.life import Law, Life, Plan
from events.feedback import FeedbackChannel
from services.intake.domain.naming import dossier_id_of

CHANNELS = get_args(FeedbackChannel)


def complain(plan: Plan, law: Law, life: Life) -> Life:
    """The life of one feedback about a dossier; `plan` is the feedback's own."""
    random = life.random
    about = life.plan
    own = Life(plan=plan, random=random, law=law, now=plan.begins_at)
    received = {
        "kind": random.choice(("delay", "delay", "behaviour", "regulation", "other")),
        "feedback_channel": random.choice(CHANNELS),
        "about_dossier_id": str(dossier_id_of(about.source, about.code)),
    }
    own.act("feedback-received.v1", plan.begins_at, received, "counter")
    if own.chance(0.15):
        own.act("feedback-refused.v1", own.work(random.uniform(2, 24)), {"reason": "Nội dung đã được trả lời trước đó"})
        return own
    if own.chance(0.25):
        missing = {"missing_items": ["Số biên nhận hồ sơ"]}
        own.act("feedback-supplement-requested.v1", own.work(random.uniform(4, 50)), missing)
    if own.chance(0.9):
        answer_no = f"{random.randrange(1, 300):03d}/UBND-PAKN"
        answer = {"document_no": answer_no, "answer_hash": sha256(answer_no.encode()).hexdigest()}
        is_given = own.act("feedback-answered.v1", own.work(random.uniform(10, 130)), answer, "head")
        if is_given and own.chance(0.8):
            published = {"url": f"https://pakn.example.vn/{plan.code}"}
            own.act("feedback-published.v1", own.work(random.uniform(1, 24)), published)
    return own
