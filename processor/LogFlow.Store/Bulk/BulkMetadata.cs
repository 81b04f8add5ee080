using System.Text.Json;

namespace LogFlow.Store;

/// <summary>
/// What stands in an action line beside index and id. Null is absent. What cannot change what is stored is ignored; what
/// would change it and is not here refuses the item, never its neighbours.
/// </summary>
internal static class BulkMetadata
{
    /// <summary>Reads one value; false where Elasticsearch does not know the key either.</summary>
    public static bool TryRead(string name, ref Utf8JsonReader reader, ref BulkItem item)
    {
        var isNull = reader.TokenType == JsonTokenType.Null;
        switch (name)
        {
            case "routing" or "_type" or "dynamic_templates" or "list_executed_pipelines" or "require_data_stream":
                reader.Skip();
                return true;
            case "op_type":
                ReadOperation(isNull ? null : Text(ref reader), ref item);
                return true;
            case "pipeline":
                item.HasPipeline = !isNull;
                ApplyPipeline(isNull ? null : Text(ref reader), ref item);
                return true;
            case "require_alias":
                ApplyAlias(reader.TokenType == JsonTokenType.True, ref item);
                reader.Skip();
                return true;
            case "version" or "version_type" or "if_seq_no" or "if_primary_term" or "_source" or "retry_on_conflict":
                reader.Skip();
                if (!isNull)
                {
                    Refuse(ref item, 400, "illegal_argument_exception",
                        $"[{name}] is not supported by the LogFlow store: its documents have one version");
                }

                return true;
            default:
                return false;
        }
    }

    /// <summary>What the URL says for all items; the action line's own pipeline goes before it.</summary>
    public static void ApplyRequest(string? pipeline, bool requiresAlias, ref BulkItem item)
    {
        if (!item.HasPipeline)
        {
            ApplyPipeline(pipeline, ref item);
        }

        ApplyAlias(requiresAlias, ref item);
    }

    private static void ApplyPipeline(string? pipeline, ref BulkItem item)
    {
        if (pipeline is not (null or "" or "_none"))
        {
            Refuse(ref item, 400, "illegal_argument_exception", $"pipeline with id [{pipeline}] does not exist");
        }
    }

    private static void ApplyAlias(bool isRequired, ref BulkItem item)
    {
        if (isRequired)
        {
            Refuse(ref item, 404, "index_not_found_exception",
                "[require_alias] request flag is [true], and the store has no aliases");
        }
    }

    /// <summary>The first reason counts.</summary>
    private static void Refuse(ref BulkItem item, short status, string type, string reason)
    {
        if (item.RefusedStatus == 0)
        {
            item.RefusedStatus = status;
            item.Problem = new DocumentProblem(type, reason);
        }
    }

    private static void ReadOperation(string? value, ref BulkItem item)
    {
        switch (value)
        {
            case null:
            case "index" when item.Operation == BulkOperation.Index:
            case "create" when item.Operation == BulkOperation.Create:
                return;
            case "create" when item.Operation == BulkOperation.Index:
                item.Operation = BulkOperation.Create;
                return;
            default:
                Refuse(ref item, 400, "illegal_argument_exception", $"op_type [{value}] does not go with this action");
                return;
        }
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString()!;
        }

        var text = System.Text.Encoding.UTF8.GetString(reader.ValueSpan);
        reader.Skip();
        return text;
    }
}
