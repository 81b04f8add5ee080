using System.Collections.Concurrent;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>Where lines go: any number of outputs, each a pipeline of its own.</summary>
public partial class AgentConfig
{
    private KafkaOutputConfig _kafka = new();
    private bool _isKafkaWritten;

    /// <summary>A Kafka-protocol queue; also what is used where no output is written.</summary>
    [ConfigKey("output.kafka")]
    public KafkaOutputConfig Kafka
    {
        get => _kafka;
        set => (_kafka, _isKafkaWritten) = (value, true);
    }

    /// <summary>Lines go to a queue at this address, whatever other outputs there are.</summary>
    public void UseQueue(string address)
    {
        Kafka.Hosts = [address];
        _isKafkaWritten = true;
    }

    /// <summary>Elasticsearch or OpenSearch.</summary>
    [ConfigKey("output.elasticsearch")]
    public ElasticsearchOutputConfig? Elasticsearch { get; set; }

    /// <summary>Logstash, or whatever else speaks Lumberjack 2.</summary>
    [ConfigKey("output.logstash")]
    public LogstashOutputConfig? Logstash { get; set; }

    /// <summary>A list or channel of Redis.</summary>
    [ConfigKey("output.redis")]
    public RedisOutputConfig? Redis { get; set; }

    /// <summary>Files on this machine.</summary>
    [ConfigKey("output.file")]
    public FileOutputConfig? File { get; set; }

    /// <summary>Standard output.</summary>
    [ConfigKey("output.console")]
    public ConsoleOutputConfig? Console { get; set; }

    /// <summary>The outputs that are used, Kafka's topics first.</summary>
    /// <exception cref="FormatException">A topic or key cannot be chosen; the message says why.</exception>
    internal List<OutputTarget> Targets()
    {
        var others = OtherTargets();
        return Kafka.Enabled && (_isKafkaWritten || others.Count == 0) ? [.. KafkaTargets(), .. others] : others;
    }

    /// <summary>The inputs whose lines go to an output.</summary>
    internal List<InputConfig> InputsOf(OutputTarget target) =>
        [.. Inputs.Where(input => input.Enabled && IsFor(input, target.Output) && target.Serves(input))];

    /// <summary>Whether an input names an output, or none, which means all.</summary>
    internal static bool IsFor(InputConfig input, string output) =>
        input.Outputs.Count == 0 || input.Outputs.Contains(output);

    private List<OutputTarget> OtherTargets()
    {
        var targets = new List<OutputTarget>();
        if (Elasticsearch is { Enabled: true } elasticsearch)
        {
            targets.Add(new ElasticsearchTarget(elasticsearch, MemoryQueue) { Name = "elasticsearch" });
        }

        if (Logstash is { Enabled: true } logstash)
        {
            targets.Add(new LogstashTarget(logstash, MemoryQueue) { Name = "logstash" });
        }

        if (Redis is { Enabled: true } redis)
        {
            targets.Add(new RedisTarget(redis, MemoryQueue) { Name = "redis" });
        }

        if (File is { Enabled: true } file)
        {
            targets.Add(new FileTarget(file, MemoryQueue) { Name = "file" });
        }

        if (Console is { Enabled: true } console)
        {
            targets.Add(new ConsoleTarget(console, MemoryQueue) { Name = "console" });
        }

        return targets;
    }

    /// <summary>One for each topic that inputs have.</summary>
    private List<OutputTarget> KafkaTargets()
    {
        var inputs = Inputs.Where(static input => input.Enabled && IsFor(input, KafkaTarget.OutputName)).ToList();
        var topics = inputs.GroupBy(input => KafkaRouting.TopicOf(Kafka, this, input)).ToList();
        return topics.Count == 0
            ? [new KafkaTarget(Kafka, MemoryQueue, Kafka.Topic, new ConcurrentDictionary<InputConfig, string>())
                { Name = KafkaTarget.OutputName }]
            : topics.ConvertAll<OutputTarget>(topic => new KafkaTarget(
                Kafka, MemoryQueue, topic.Key, new ConcurrentDictionary<InputConfig, string>(
                    topic.Select(input => KeyValuePair.Create(input, KafkaRouting.KeyOf(Kafka, this, input)))))
            {
                Name = topics.Count == 1 ? KafkaTarget.OutputName : $"{KafkaTarget.OutputName}-{topic.Key}",
            });
    }

    private void ValidateOutputs(List<ConfigProblem> problems)
    {
        List<OutputTarget> targets;
        try
        {
            targets = Targets();
        }
        catch (FormatException error)
        {
            problems.Add(new ConfigProblem("output.kafka", error.Message));
            return;
        }

        if (targets.Count == 0)
        {
            problems.Add(new ConfigProblem("output", "no output is enabled"));
        }

        foreach (var target in targets)
        {
            var needed = 2L * target.Options.BatchBytesMax;
            if (MemoryQueue.Bytes.Bytes < needed)
            {
                problems.Add(new ConfigProblem(
                    "queue.mem.bytes", $"must be {needed} or more: twice the largest batch of {target.Key}"));
            }
        }

        var names = targets.Select(static target => target.Output).Distinct().ToList();
        foreach (var name in Inputs.SelectMany(static input => input.Outputs).Distinct())
        {
            if (!names.Contains(name))
            {
                problems.Add(new ConfigProblem(
                    "filebeat.inputs",
                    $"an input's output '{name}' is not there; enabled outputs are {string.Join(", ", names)}"));
            }
        }
    }
}
