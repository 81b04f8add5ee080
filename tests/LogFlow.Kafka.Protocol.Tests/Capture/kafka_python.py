# What kafka-python 2.0.2 says to a broker: argument 1 is the address. Prints what it read.
import sys
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

address = sys.argv[1]
producer = KafkaProducer(bootstrap_servers=address, client_id="golden-python", compression_type="gzip")
for i in range(3):
    producer.send("golden", key=b"k%d" % i, value=b"python line %d" % i, headers=[("h", b"v")], timestamp_ms=1700000000000 + i)
producer.flush()
producer.close()

consumer = KafkaConsumer(
    "golden",
    bootstrap_servers=address,
    client_id="golden-python",
    group_id="golden-python-group",
    auto_offset_reset="earliest",
    enable_auto_commit=False,
    consumer_timeout_ms=4000,
)
print(sum(1 for _ in consumer))
consumer.commit()
consumer.close()

admin = KafkaAdminClient(bootstrap_servers=address, client_id="golden-python")
print(admin.list_consumer_groups())
print(admin.describe_consumer_groups(["golden-python-group"]))
print(admin.list_consumer_group_offsets("golden-python-group"))
admin.create_topics([NewTopic("golden-python", 1, 1)])
admin.delete_topics(["golden-python"])
admin.close()
