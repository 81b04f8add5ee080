using System.Text.Json.Nodes;

namespace LogFlow.Agent;

/// <summary>
/// What every event of an input says besides its line, in the fields Filebeat uses (ECS). Order of precedence as in
/// Filebeat: the input's fields over the global ones, and both under the agent's own where not at the root.
/// </summary>
internal sealed class EventMetadata
{
    private const string EcsVersion = "8.0.0";
    private readonly JsonObject _template;
    private readonly bool _hasFile;

    /// <summary>Builds the constant part for one input.</summary>
    public EventMetadata(AgentConfig agent, InputConfig input, AgentIdentity identity)
    {
        _hasFile = !input.IsReceived;
        _template = new JsonObject
        {
            ["log"] = new JsonObject(),
            ["input"] = new JsonObject { ["type"] = input.Type },
            ["host"] = new JsonObject { ["name"] = identity.Name },
            ["agent"] = new JsonObject
            {
                ["id"] = identity.Id.ToString(),
                ["name"] = identity.Name,
                ["type"] = "logflow-agent",
                ["version"] = identity.Version,
                ["ephemeral_id"] = identity.EphemeralId.ToString(),
            },
            ["ecs"] = new JsonObject { ["version"] = EcsVersion },
        };
        if (input.DisableHost)
        {
            _template.Remove("host");
        }

        if (input.DocumentType.Length > 0)
        {
            _template["type"] = input.DocumentType;
        }

        if (input.ModuleName.Length > 0)
        {
            _template["event"] = new JsonObject
            {
                ["module"] = input.ModuleName,
                ["dataset"] = input.FilesetName.Length > 0
                    ? $"{input.ModuleName}.{input.FilesetName}" : input.ModuleName,
            };
            _template["service"] = new JsonObject { ["type"] = input.ModuleName };
            _template["fileset"] = new JsonObject { ["name"] = input.FilesetName };
        }

        var tags = agent.Tags.Concat(input.Tags).ToList();
        if (tags.Count > 0)
        {
            _template["tags"] = new JsonArray([.. tags.Select(tag => (JsonNode)tag)]);
        }

        Merge(agent.Fields, agent.FieldsUnderRoot);
        Merge(input.Fields, input.FieldsUnderRoot);
    }

    /// <summary>The whole constant part for one file; a spool's is not mentioned.</summary>
    public JsonObject For(string path)
    {
        var metadata = (JsonObject)_template.DeepClone();
        if (metadata["log"] is not JsonObject log)
        {
            metadata["log"] = log = [];
        }

        if (_hasFile)
        {
            log["file"] = new JsonObject { ["path"] = path };
        }

        return metadata;
    }

    private void Merge(Dictionary<string, object?> fields, bool underRoot)
    {
        if (fields.Count > 0)
        {
            Merge(underRoot ? _template : (JsonObject)(_template["fields"] ??= new JsonObject()), fields);
        }
    }

    /// <summary>Objects are merged, everything else is replaced. A dotted key names a nested field.</summary>
    private static void Merge(JsonObject target, Dictionary<string, object?> fields)
    {
        foreach (var (key, value) in fields)
        {
            var parts = key.Split('.');
            var node = target;
            foreach (var part in parts[..^1])
            {
                node = ObjectAt(node, part);
            }

            if (value is Dictionary<string, object?> nested)
            {
                Merge(ObjectAt(node, parts[^1]), nested);
            }
            else
            {
                node[parts[^1]] = ToNode(value);
            }
        }
    }

    private static JsonObject ObjectAt(JsonObject node, string name)
    {
        if (node[name] is not JsonObject child)
        {
            node[name] = child = [];
        }

        return child;
    }

    private static JsonNode? ToNode(object? value)
    {
        switch (value)
        {
            case null:
                return null;
            case Dictionary<string, object?> nested:
                var node = new JsonObject();
                Merge(node, nested);
                return node;
            case List<object?> list:
                return new JsonArray([.. list.Select(ToNode)]);
            case bool flag:
                return flag;
            case long number:
                return number;
            case double number:
                return number;
            default:
                return value.ToString();
        }
    }
}
