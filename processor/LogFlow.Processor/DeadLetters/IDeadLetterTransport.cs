using LogFlow.Kafka.Client;

namespace LogFlow.Processor;

/// <summary>The queue as dead letters need it. Tests put a scripted one in its place.</summary>
internal interface IDeadLetterTransport : IAsyncDisposable
{
    /// <summary>Finds the topic for the dead letters of a topic, and makes it where it is missing.</summary>
    /// <exception cref="KafkaException">The queue refuses, or does not answer.</exception>
    Task<DlqTopic> PrepareAsync(string sourceTopic, CancellationToken cancellationToken);

    /// <summary>Sends one record; those sent before it is answered go together.</summary>
    Task<ProduceResult> SendAsync(ProducerRecord record, CancellationToken cancellationToken);
}
