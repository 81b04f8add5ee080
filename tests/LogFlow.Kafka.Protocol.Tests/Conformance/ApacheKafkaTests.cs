using System.Globalization;
using System.Text.Json;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Testing;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>
/// Apache Kafka's own message classes judge ours: what we write, they must read, field by field, and write again as the
/// same bytes. This checks the tables themselves, which our round trips cannot: those would agree on any mistake.
/// </summary>
public sealed class ApacheKafkaTests
{
    private const int SeedsPerVersion = 8;

    // Versions that Kafka's jar in shared/servers does not have yet.
    private static readonly (Type Message, short Version)[] NewerThanKafka41 =
    [
        (typeof(ListOffsetsRequest), 11),
        (typeof(ListOffsetsResponse), 11),
    ];

    [RequiresKafkaAndJdkFact]
    public async Task EveryMessageInEveryVersion_IsReadByApacheKafkaAsWeMeantIt()
    {
        var samples = CreateSamples();
        using var folder = new TempDirectory();
        await File.WriteAllLinesAsync(folder.File("in"), samples.Select(sample => sample.Line));
        var source = folder.File("KafkaSays.java");
        await File.WriteAllBytesAsync(source, Resources.Read("KafkaSays.java"));

        var jars = SharedFolder.File("servers", "kafka", "lib") + "/*";

        await using var java = await ChildProcess.RunAsync(
            "java", ["-cp", jars, source, folder.File("in"), folder.File("out")]);

        Assert.True(java.ExitCode == 0, java.Output);
        var answers = await File.ReadAllLinesAsync(folder.File("out"));
        Assert.Equal(samples.Count, answers.Length);
        var problems = samples.Zip(answers, (sample, answer) => sample.Judge(answer)).OfType<string>().ToList();
        Assert.True(problems.Count == 0, $"{problems.Count} problems:\n{string.Join('\n', problems.Take(20))}");
    }

    private static List<Sample> CreateSamples() =>
    [
        .. from type in MessageType.All
           from version in type.Versions
           where !NewerThanKafka41.Contains((type.Type, version))
           from seed in Enumerable.Range(0, SeedsPerVersion)
           select new Sample(type, version, seed, RandomMessage.Create(type, version, seed)),
    ];

    private sealed class Sample(MessageType type, short version, int seed, IKafkaMessage message)
    {
        private readonly string _hex = Convert.ToHexStringLower(MessageType.Write(message, version));

        public string Line =>
            string.Create(CultureInfo.InvariantCulture, $"{KafkaClass(type.Name)} {version} {_hex}");

        /// <summary>What is wrong with Kafka's answer; null when all is well.</summary>
        public string? Judge(string answer)
        {
            var name = $"{type.Name} v{version} seed {seed}";
            var words = answer.Split(' ', 3);
            if (words[0] != "0")
            {
                return $"{name}: {answer[..Math.Min(300, answer.Length)]}";
            }

            if (words[1] != _hex)
            {
                return $"{name}: we wrote {_hex}, Kafka {words[1]}";
            }

            using var json = JsonDocument.Parse(words[2]);
            var difference = KafkaJson.FirstDifference(message, json.RootElement);
            return difference is null ? null : $"{name}: {difference}";
        }

        // FetchRequestData, but ConsumerProtocolSubscription.
        private static string KafkaClass(string name) =>
            name.StartsWith("ConsumerProtocol", StringComparison.Ordinal) ? name : name + "Data";
    }
}
