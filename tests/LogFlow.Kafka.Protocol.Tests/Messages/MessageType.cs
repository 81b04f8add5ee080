using System.Reflection;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>One generated message class, for tests that go over all of them.</summary>
public sealed class MessageType
{
    private readonly Func<ReadOnlyMemory<byte>, short, (IKafkaMessage Message, int BytesRead)> _read;
    private readonly Func<IKafkaMessage> _create;

    private MessageType(
        Type type,
        short min,
        short max,
        Func<IKafkaMessage> create,
        Func<ReadOnlyMemory<byte>, short, (IKafkaMessage Message, int BytesRead)> read)
    {
        Type = type;
        MinVersion = min;
        MaxVersion = max;
        _create = create;
        _read = read;
    }

    public static IReadOnlyList<MessageType> All { get; } =
    [
        .. typeof(ProduceRequest).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsNested: false } && type.IsAssignableTo(typeof(IKafkaMessage)))
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .Select(Describe),
    ];

    public Type Type { get; }

    public string Name => Type.Name;

    public short MinVersion { get; }

    public short MaxVersion { get; }

    public IEnumerable<short> Versions =>
        Enumerable.Range(MinVersion, MaxVersion - MinVersion + 1).Select(version => (short)version);

    public static MessageType Find(string name) => All.Single(type => type.Name == name);

    public IKafkaMessage Create() => _create();

    /// <summary>Reads a message and says how many bytes it took.</summary>
    public (IKafkaMessage Message, int BytesRead) Read(ReadOnlyMemory<byte> bytes, short version) =>
        _read(bytes, version);

    public static byte[] Write(IKafkaMessage message, short version)
    {
        using var writer = new KafkaWriter();
        message.Write(writer, version);
        return writer.ToArray();
    }

    private static MessageType Describe(Type type) =>
        (MessageType)typeof(MessageType)
            .GetMethod(nameof(DescribeGeneric), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type)
            .Invoke(null, null)!;

    private static MessageType DescribeGeneric<TMessage>()
        where TMessage : IKafkaMessage<TMessage>, new() =>
        new(
            typeof(TMessage),
            TMessage.MinVersion,
            TMessage.MaxVersion,
            () => new TMessage(),
            (bytes, version) =>
            {
                var reader = new KafkaReader(bytes);
                var message = TMessage.Read(ref reader, version);
                return (message, reader.Position);
            });
}
