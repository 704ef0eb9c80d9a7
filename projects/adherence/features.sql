-- One example per encounter and prescribed brand. Encounters that ended in death or hospice are left out: nobody who
-- died can come back, and they would flatter every metric. Encounters without a prescription yield no example.
-- Diagnoses are ICD-9 codes in blocks of twenty (420-439: heart disease), E and V codes apart, diabetes (250) alone.
WITH prescribed AS (
  SELECT
    *,
    ("metformin" <> 'No')::INTEGER + ("repaglinide" <> 'No')::INTEGER + ("nateglinide" <> 'No')::INTEGER + ("chlorpropamide" <> 'No')::INTEGER + ("glimepiride" <> 'No')::INTEGER + ("acetohexamide" <> 'No')::INTEGER + ("glipizide" <> 'No')::INTEGER + ("glyburide" <> 'No')::INTEGER + ("tolbutamide" <> 'No')::INTEGER + ("pioglitazone" <> 'No')::INTEGER + ("rosiglitazone" <> 'No')::INTEGER + ("acarbose" <> 'No')::INTEGER + ("miglitol" <> 'No')::INTEGER + ("troglitazone" <> 'No')::INTEGER + ("tolazamide" <> 'No')::INTEGER + ("examide" <> 'No')::INTEGER + ("citoglipton" <> 'No')::INTEGER + ("insulin" <> 'No')::INTEGER + ("glyburide-metformin" <> 'No')::INTEGER + ("glipizide-metformin" <> 'No')::INTEGER + ("glimepiride-pioglitazone" <> 'No')::INTEGER + ("metformin-rosiglitazone" <> 'No')::INTEGER + ("metformin-pioglitazone" <> 'No')::INTEGER AS drug_count,
    unnest([
      {'brand': 'metformin', 'dose': "metformin"},
      {'brand': 'repaglinide', 'dose': "repaglinide"},
      {'brand': 'nateglinide', 'dose': "nateglinide"},
      {'brand': 'chlorpropamide', 'dose': "chlorpropamide"},
      {'brand': 'glimepiride', 'dose': "glimepiride"},
      {'brand': 'acetohexamide', 'dose': "acetohexamide"},
      {'brand': 'glipizide', 'dose': "glipizide"},
      {'brand': 'glyburide', 'dose': "glyburide"},
      {'brand': 'tolbutamide', 'dose': "tolbutamide"},
      {'brand': 'pioglitazone', 'dose': "pioglitazone"},
      {'brand': 'rosiglitazone', 'dose': "rosiglitazone"},
      {'brand': 'acarbose', 'dose': "acarbose"},
      {'brand': 'miglitol', 'dose': "miglitol"},
      {'brand': 'troglitazone', 'dose': "troglitazone"},
      {'brand': 'tolazamide', 'dose': "tolazamide"},
      {'brand': 'examide', 'dose': "examide"},
      {'brand': 'citoglipton', 'dose': "citoglipton"},
      {'brand': 'insulin', 'dose': "insulin"},
      {'brand': 'glyburide-metformin', 'dose': "glyburide-metformin"},
      {'brand': 'glipizide-metformin', 'dose': "glipizide-metformin"},
      {'brand': 'glimepiride-pioglitazone', 'dose': "glimepiride-pioglitazone"},
      {'brand': 'metformin-rosiglitazone', 'dose': "metformin-rosiglitazone"},
      {'brand': 'metformin-pioglitazone', 'dose': "metformin-pioglitazone"}
    ]) AS prescription
  FROM raw
  WHERE discharge_disposition_id NOT IN ('11', '13', '14', '19', '20', '21')
)
SELECT
  patient_nbr AS entity_id,
  encounter_id || ':' || prescription.brand AS example_key,
  CASE WHEN readmitted IS NULL THEN NULL WHEN readmitted = '<30' THEN 1 ELSE 0 END AS label,
  prescription.brand AS brand,
  prescription.dose AS dose,
  drug_count,
  insulin AS insulin_dose,
  "change" AS regimen_change,
  race,
  gender,
  age,
  weight,
  admission_type_id AS admission_type,
  discharge_disposition_id AS discharge_to,
  admission_source_id AS admission_source,
  time_in_hospital,
  payer_code AS payer,
  medical_specialty AS specialty,
  num_lab_procedures,
  num_procedures,
  num_medications,
  number_outpatient,
  number_emergency,
  number_inpatient,
  number_outpatient + number_emergency + number_inpatient AS prior_visits,
  CASE
    WHEN diag_1 IS NULL THEN NULL
    WHEN diag_1[1] IN ('E', 'V') THEN diag_1[1]
    WHEN diag_1 LIKE '250%' THEN '250'
    ELSE (floor(TRY_CAST(diag_1 AS DOUBLE) / 20) * 20)::INTEGER || '-' || (floor(TRY_CAST(diag_1 AS DOUBLE) / 20) * 20 + 19)::INTEGER
  END AS diagnosis_1,
  CASE
    WHEN diag_2 IS NULL THEN NULL
    WHEN diag_2[1] IN ('E', 'V') THEN diag_2[1]
    WHEN diag_2 LIKE '250%' THEN '250'
    ELSE (floor(TRY_CAST(diag_2 AS DOUBLE) / 20) * 20)::INTEGER || '-' || (floor(TRY_CAST(diag_2 AS DOUBLE) / 20) * 20 + 19)::INTEGER
  END AS diagnosis_2,
  CASE
    WHEN diag_3 IS NULL THEN NULL
    WHEN diag_3[1] IN ('E', 'V') THEN diag_3[1]
    WHEN diag_3 LIKE '250%' THEN '250'
    ELSE (floor(TRY_CAST(diag_3 AS DOUBLE) / 20) * 20)::INTEGER || '-' || (floor(TRY_CAST(diag_3 AS DOUBLE) / 20) * 20 + 19)::INTEGER
  END AS diagnosis_3,
  number_diagnoses,
  max_glu_serum AS glucose_test,
  A1Cresult AS a1c_test
FROM prescribed
WHERE prescription.dose <> 'No'
