using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Every message in every version, with random contents.</summary>
public sealed class RoundTripTests
{
    private const int SeedsPerVersion = 20;

    public static TheoryData<string> MessageNames => [.. MessageType.All.Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void Message_WrittenAndRead_IsWrittenTheSameAgain(string name)
    {
        var type = MessageType.Find(name);
        foreach (var version in type.Versions)
        {
            for (var seed = 0; seed < SeedsPerVersion; seed++)
            {
                var message = RandomMessage.Create(type, version, seed);
                var bytes = MessageType.Write(message, version);

                var (again, read) = type.Read(bytes, version);

                var what = $"{name} v{version} seed {seed}";
                Assert.True(read == bytes.Length, $"{what}: {read} of {bytes.Length} bytes read");
                Assert.True(
                    bytes.AsSpan().SequenceEqual(MessageType.Write(again, version)),
                    $"{what}: written differently after being read");
            }
        }
    }

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void Message_InItsHighestVersion_KeepsEveryFieldThatVersionHas(string name)
    {
        var type = MessageType.Find(name);
        for (var seed = 0; seed < SeedsPerVersion; seed++)
        {
            var message = RandomMessage.Create(type, type.MaxVersion, seed);
            var (again, _) = type.Read(MessageType.Write(message, type.MaxVersion), type.MaxVersion);

            foreach (var (path, expected, actual) in MessageComparer.Differences(message, again))
            {
                // A field that the highest version dropped comes back with its default.
                var isDropped = Equals(actual, MessageComparer.DefaultOf(type, path));
                Assert.True(isDropped, $"{name}.{path} seed {seed}: wrote {expected}, read {actual}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(MessageNames))]
    public void Message_OutsideItsVersions_IsRefused(string name)
    {
        var type = MessageType.Find(name);
        foreach (var version in new[] { (short)(type.MinVersion - 1), (short)(type.MaxVersion + 1) })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => MessageType.Write(type.Create(), version));
            Assert.Throws<ArgumentOutOfRangeException>(() => type.Read(new byte[100], version));
        }
    }

    [Fact]
    public void Catalog_ListsExactlyTheRequestsThatExist()
    {
        var requests = MessageType.All.Where(type => type.Name.EndsWith("Request", StringComparison.Ordinal)).ToList();

        Assert.Equal(requests.Count, KafkaApis.All.Count);
        foreach (var request in requests)
        {
            var key = Enum.Parse<ApiKey>(request.Name[..^"Request".Length]);
            Assert.True(KafkaApis.TryGet(key, out var range));
            Assert.Equal((key, request.MinVersion, request.MaxVersion), (range.Key, range.Min, range.Max));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(short.MaxValue)]
    [InlineData(short.MinValue)]
    public void Catalog_UnknownApi_IsNotFound(short key) => Assert.False(KafkaApis.TryGet((ApiKey)key, out _));

    [Fact]
    public void NullField_InAVersionWithoutNull_IsRefused()
    {
        var request = new MetadataRequest { Topics = null };

        var problem = Assert.Throws<InvalidOperationException>(() => MessageType.Write(request, 0));

        Assert.Contains("MetadataRequest.Topics", problem.Message, StringComparison.Ordinal);
    }
}
