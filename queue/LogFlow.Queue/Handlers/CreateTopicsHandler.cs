using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>CreateTopics</b>, API key 19, versions 2-7.</para>
/// <para>Behaviour: makes topics, durably, each with a new id. A partition count or replication factor of -1 means the
/// default; explicit assignments may name this node only. validate_only checks and makes nothing.</para>
/// <para>Versions: 5 is flexible and describes what was made; 7 the topic id.</para>
/// <para>Deviations from Apache Kafka: there is one node, so one replica. A larger replication factor is taken as 1
/// (replication.factor.clamp.enable, on by default), or refused with INVALID_REPLICATION_FACTOR.</para>
/// </summary>
internal sealed class CreateTopicsHandler(TopicCatalog topics, ConfigCatalog configs, NodeIdentity node)
    : TypedRequestHandler<CreateTopicsRequest, CreateTopicsResponse>
{
    private const int UseDefault = -1;

    /// <summary>More at once would be a mistake: Kafka's own limit for one request.</summary>
    private const int PartitionsMax = 10_000;

    protected override async ValueTask<CreateTopicsResponse?> HandleAsync(
        CreateTopicsRequest request, RequestContext context)
    {
        var response = new CreateTopicsResponse();
        var duplicates = new HashSet<string>();
        var seen = new HashSet<string>();
        foreach (var topic in request.Topics)
        {
            if (!seen.Add(topic.Name))
            {
                duplicates.Add(topic.Name);
            }
        }

        foreach (var duplicate in duplicates)
        {
            response.Topics.Add(Failed(duplicate, ErrorCode.InvalidRequest, "Duplicate topic name."));
        }

        // All that can be is made at once: their syncs run together.
        var creations = new List<TopicCreation>();
        foreach (var topic in request.Topics)
        {
            if (!duplicates.Contains(topic.Name)
                && Refuse(topic, request.ValidateOnly, creations) is { } answer)
            {
                response.Topics.Add(answer);
            }
        }

        foreach (var (creation, created) in creations.Zip(await topics.Logs.CreateTopicsAsync(creations)))
        {
            response.Topics.Add(created.Error == ErrorCode.None
                ? Describe(creation.Name, created.Topic!.Id, created.Topic.Partitions.Count, created.Topic.Config)
                : Failed(creation.Name, created.Error, created.Message));
        }

        return response;
    }

    private static CreateTopicsResponse.CreatableTopicResult Failed(string name, ErrorCode error, string? message) =>
        new() { Name = name, ErrorCode = error, ErrorMessage = message };

    /// <summary>The answer where there is nothing to make; else the topic is added to those that are made.</summary>
    private CreateTopicsResponse.CreatableTopicResult? Refuse(
        CreateTopicsRequest.CreatableTopic asked, bool isValidateOnly, List<TopicCreation> creations)
    {
        var error = Check(asked, out var message);
        var overrides = new Dictionary<string, string>();
        if (error == ErrorCode.None)
        {
            error = ReadConfigs(asked, overrides, out message);
        }

        if (error != ErrorCode.None)
        {
            return Failed(asked.Name, error, message);
        }

        var partitionCount = asked.Assignments.Count > 0 ? asked.Assignments.Count
            : asked.NumPartitions == UseDefault ? topics.Config.NumPartitions
            : asked.NumPartitions;
        if (isValidateOnly)
        {
            return Describe(asked.Name, Guid.Empty, partitionCount, configs.TopicConfigFor(overrides));
        }

        creations.Add(new TopicCreation(asked.Name, partitionCount, overrides));
        return null;
    }

    private ErrorCode Check(CreateTopicsRequest.CreatableTopic asked, out string? message)
    {
        message = null;
        if (!TopicCatalog.IsValidName(asked.Name))
        {
            message = $"Topic name is invalid: '{asked.Name}' is not 1 to 249 of ASCII letters, digits, '.', '_', '-'";
            return ErrorCode.InvalidTopicException;
        }

        if (topics.Logs.FindTopic(asked.Name) is not null)
        {
            message = $"Topic '{asked.Name}' already exists.";
            return ErrorCode.TopicAlreadyExists;
        }

        if (asked.Assignments.Count > 0)
        {
            return CheckAssignments(asked, out message);
        }

        if (asked.NumPartitions is 0 or < UseDefault or > PartitionsMax)
        {
            message = $"Number of partitions {asked.NumPartitions} is not between 1 and {PartitionsMax}.";
            return ErrorCode.InvalidPartitions;
        }

        if (asked.ReplicationFactor is 0 or < UseDefault)
        {
            message = "Replication factor must be larger than 0, or -1 to use the default value.";
            return ErrorCode.InvalidReplicationFactor;
        }

        if (asked.ReplicationFactor > 1 && !topics.Config.ReplicationFactorClampEnable)
        {
            message = $"Unable to replicate the partition {asked.ReplicationFactor} time(s): there is one broker.";
            return ErrorCode.InvalidReplicationFactor;
        }

        return ErrorCode.None;
    }

    private ErrorCode CheckAssignments(CreateTopicsRequest.CreatableTopic asked, out string? message)
    {
        message = null;
        if (asked.NumPartitions != UseDefault || asked.ReplicationFactor != UseDefault)
        {
            message = "Both partitions and replica assignments were given.";
            return ErrorCode.InvalidRequest;
        }

        var partitions = asked.Assignments.Select(assignment => assignment.PartitionIndex).Order().ToArray();
        for (var i = 0; i < partitions.Length; i++)
        {
            if (partitions[i] != i)
            {
                message = "Partitions should be a consecutive 0-based integer sequence.";
                return ErrorCode.InvalidReplicaAssignment;
            }
        }

        if (!asked.Assignments.TrueForAll(a => a.BrokerIds.Count == 1 && a.BrokerIds[0] == node.NodeId))
        {
            message = $"The only broker is {node.NodeId}.";
            return ErrorCode.InvalidReplicaAssignment;
        }

        return ErrorCode.None;
    }

    private ErrorCode ReadConfigs(
        CreateTopicsRequest.CreatableTopic asked, Dictionary<string, string> overrides, out string? message)
    {
        foreach (var config in asked.Configs)
        {
            if (config.Value is null)
            {
                message = $"Null value not supported for topic configs: {config.Name}";
                return ErrorCode.InvalidConfig;
            }

            overrides[config.Name] = config.Value;
        }

        message = configs.FindTopicConfigProblem(overrides);
        return message is null ? ErrorCode.None : ErrorCode.InvalidConfig;
    }

    private CreateTopicsResponse.CreatableTopicResult Describe(
        string name, Guid id, int partitionCount, TopicConfig config)
    {
        var described = new CreateTopicsResponse.CreatableTopicResult
        {
            Name = name,
            ErrorMessage = null,
            TopicId = id,
            NumPartitions = partitionCount,
            ReplicationFactor = 1,
            Configs = [],
        };
        foreach (var entry in configs.DescribeTopic(config))
        {
            described.Configs.Add(new CreateTopicsResponse.CreatableTopicConfigs
            {
                Name = entry.Definition.Name,
                Value = entry.Value,
                ConfigSource = (sbyte)entry.Source,
            });
        }

        return described;
    }
}
