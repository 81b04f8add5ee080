namespace LogFlow.Kafka.Client;

/// <summary>A security setting that is not what it should be. The message begins with the setting's name.</summary>
public sealed class KafkaSecurityException : Exception
{
    /// <param name="key">Kafka's key; empty where the message names it in its own way.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    /// <param name="innerException">What was found.</param>
    public KafkaSecurityException(string key, string message, Exception? innerException = null)
        : base(message, innerException) => Key = key;

    /// <summary>Kafka's name of the setting; empty where it is not known.</summary>
    public string Key { get; }
}
