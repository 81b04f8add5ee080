namespace LogFlow.Kafka.Client.Tests;

[CollectionDefinition(nameof(RealKafkaCollection))]
public sealed class RealKafkaCollection : ICollectionFixture<RealKafkaFixture>;
