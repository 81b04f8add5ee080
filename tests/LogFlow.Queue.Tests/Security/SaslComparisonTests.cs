using Xunit.Abstractions;

namespace LogFlow.Queue.Tests;

/// <summary>The same logins to the queue and to a real Kafka: same answers.</summary>
public sealed class SaslComparisonTests(ITestOutputHelper output)
{
    [RequiresFact(Requirement.Kafka)]
    public async Task Logins_QueueAndRealKafka_AnswerAlike()
    {
        const string mechanisms = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512";
        const string login = "listener.name.sasl_plaintext";
        const string module = "sasl.jaas.config=org.apache.kafka.common.security";
        using var directory = new TempDirectory();
        var saslPort = FreePort.Next(1);
        await using var kafka = await RealServer.StartKafkaWithListenerAsync(
            directory.Path,
            "SASL_PLAINTEXT",
            saslPort,
            [
                $"sasl.enabled.mechanisms={mechanisms}",
                $"{login}.plain.{module}.plain.PlainLoginModule required user_alice=\"alice-secret\";",
                $"{login}.scram-sha-256.{module}.scram.ScramLoginModule required;",
                $"{login}.scram-sha-512.{module}.scram.ScramLoginModule required;",
            ]);
        await using var queue = await TestQueue.StartAsync(config =>
        {
            config.Listeners = ["PLAINTEXT://127.0.0.1:0", "SASL_PLAINTEXT://127.0.0.1:0"];
            config.SaslEnabledMechanisms = [mechanisms];
        });

        var theirs = await new SaslScript(kafka.Port, saslPort).RunAsync();
        var ours = await new SaslScript(queue.Service.Port, queue.Service.PortOf("SASL_PLAINTEXT")).RunAsync();

        Transcripts.AssertAlike(theirs, ours, output);
    }
}
