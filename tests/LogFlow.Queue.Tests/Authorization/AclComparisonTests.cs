using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>
/// Every API, asked by a user whose ACLs change from nothing to everything, of the queue and of a real Kafka with its
/// StandardAuthorizer: same answers.
/// </summary>
public sealed class AclComparisonTests(ITestOutputHelper output)
{
    [RequiresFact(Requirement.Kafka)]
    public async Task Requests_QueueAndRealKafka_AnswerAlike()
    {
        const string login = "listener.name.sasl_plaintext.plain.sasl.jaas.config";
        using var directory = new TempDirectory();
        var saslPort = FreePort.Next(1);
        await using var kafka = await RealServer.StartKafkaWithListenerAsync(
            directory.Path,
            "SASL_PLAINTEXT",
            saslPort,
            [
                "sasl.enabled.mechanisms=PLAIN",
                $"{login}=org.apache.kafka.common.security.plain.PlainLoginModule required "
                    + $"user_{AclScript.User}=\"{AclScript.Password}\";",
                $"authorizer.class.name={QueueConfig.StandardAuthorizer}",
                "super.users=User:ANONYMOUS",
                // The records are of 2023: nobody is to delete them while they are asked for.
                "log.retention.ms=-1",
            ]);
        await using var queue = await TestQueue.StartAsync(config =>
        {
            config.Listeners = ["PLAINTEXT://127.0.0.1:0", "SASL_PLAINTEXT://127.0.0.1:0"];
            config.SaslEnabledMechanisms = ["PLAIN"];
            config.SaslInitialUsers = [$"{AclScript.User}:{AclScript.Password}"];
            config.AuthorizerClassName = QueueConfig.StandardAuthorizer;
            config.SuperUsers = "User:ANONYMOUS";
        });

        var theirs = await new AclScript(kafka.Port, saslPort).RunAsync();
        var ours = await new AclScript(queue.Service.Port, queue.Service.PortOf("SASL_PLAINTEXT")).RunAsync();

        Transcripts.AssertAlike(theirs, ours, output);
    }
}
